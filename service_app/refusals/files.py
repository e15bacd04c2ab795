"""Of what is brought in, scanned, or done to many rows."""

from flask_babel import lazy_gettext as _l

FILES = {
    "import.empty": _l("There is nothing in this file. Choose the file with the rows."),
    "import.no_rows": _l("This file has a heading and no rows under it. Choose the file with the rows."),
    "import.old_excel": _l("This is an Excel file of the old kind (.xls). Save it as .xlsx or CSV and choose that."),
    "import.unreadable": _l("“%(name)s” cannot be read as CSV or XLSX. Save it once more from your spreadsheet."),
    "import.too_large": _l("This file is larger than %(megabytes)s MB. Split it in two."),
    "import.too_many_rows": _l("This file has more than %(most)s rows. Split it in two."),
    "import.too_many_columns": _l("This file has more than %(most)s columns. Take away those that are not needed."),
    "import.cell_too_long": _l("Row %(row)s has a cell of more than %(most)s characters. Shorten it."),
    "import.quotation": _l(
        "The quotation marks of row %(row)s do not pair. Save the file once more from your spreadsheet."
    ),
    "import.already_begun": _l("This file is being brought in already. Upload it again to choose other columns."),
    "import.cell_needed": _l("This cell is empty, and a row needs it. Fill it in."),
    "import.too_many_cells": _l(
        "This row has %(cells)s cells and the file %(columns)s columns. Put quotation marks around a text that holds the separator."
    ),
    "import.repeated": _l("Row %(row)s is “%(key)s” too and says something else. Keep one of the two."),
    "import.not_accepted": _l("The database refused this row: %(detail)s. Correct what it names."),
    "import.column_needed": _l("Say which column holds this, or one of these: %(fields)s."),
    "import.no_such_column": _l("There is no column “%(column)s”. The file has: %(known)s."),
    "import.no_such_field": _l("There is no field “%(name)s”. These are known: %(known)s."),
    "import.field_twice": _l("Two columns are said to hold “%(name)s”. Keep one of them."),
    "import.map_shape": _l("“%(value)s” is not of the shape column=field. Write it as Naam=name."),
    "import.text_too_long": _l("This has more than %(most)s characters. Shorten it."),
    "import.country": _l("“%(value)s” is no country known here. Write two letters, such as BE."),
    "import.day": _l("“%(value)s” is no date. Write 2026-11-24 or 24/11/2026."),
    "import.money": _l("“%(value)s” is no amount. Write a number such as 1234,50, without words."),
    "import.number": _l("“%(value)s” is no number that fits here. Write digits only."),
    "import.year": _l("“%(value)s” is no year from %(first)s on. Write four digits."),
    "import.yes_no": _l("“%(value)s” is neither yes nor no. Write one of the two."),
    "import.choice": _l("“%(value)s” is not known here. Use one of: %(known)s."),
    "import.shares": _l("“%(value)s” is no material with its share. Write such as steel 60, wood 40."),
    "import.shares_over": _l("The shares add up to %(total)s %%. Bring them to 100 or less."),
    "import.no_customer": _l(
        "No customer is known as “%(value)s”. Bring the customers in first, or write a reference."
    ),
    "import.several_customers": _l("Several customers are known as “%(value)s”. Write the reference of one."),
    "import.no_product": _l("There is no product “%(product)s”. Bring the products in first."),
    "import.no_plan": _l("There is no plan “%(value)s”. Make it first, or write the code of another."),
    "tag.invalid": _l("Use 1 to 30 letters, digits and hyphens, such as CB-02."),
    "bulk.cannot_undo": _l("There is nothing left of it to take back."),
    "bulk.nothing_chosen": _l("Tick at least one row first."),
    "bulk.too_many": _l("Choose at most %(most)s rows for this."),
    "view.too_many": _l("There are %(most)s views already. Take one away first."),
    "repairs.age": _l("“%(value)s” is no age. Write years such as 3 or 0.5, or leave it empty."),
    "repairs.category": _l("“%(value)s” is no category of the standard. Near to it are: %(near)s."),
    "repairs.category_differs": _l(
        "Number %(value)s is not that of “%(category)s”. Write %(right)s, or leave the number empty."
    ),
    "repairs.category_id": _l(
        "“%(value)s” is no number of a category. Write one from 1 to %(last)s, or leave it empty."
    ),
    "repairs.country": _l("“%(value)s” is no country. Write three capital letters such as BEL."),
    "repairs.day": _l("“%(value)s” is no date. Write year, month and day as 2026-11-24."),
    "repairs.id": _l("“%(value)s” is no identifier. Write small letters, a hyphen and a number, such as cafe-12."),
    "repairs.not_csv": _l(
        "“%(name)s” is no CSV file. Save it as CSV from your spreadsheet, or bring it in on the page."
    ),
    "repairs.other_than_known": _l(
        "%(id)s is here already and says something else in %(fields)s. Keep what is here, or give this row another identifier."
    ),
    "repairs.quotation": _l(
        "The quotation marks of this row do not pair. Put one at each end of the text, and write those inside it twice."
    ),
    "repairs.signs": _l("This holds signs that are not UTF-8. Save the file as CSV UTF-8."),
    "repairs.year": _l("“%(value)s” is no year. Write four digits, or leave it empty."),
    "scan.contract_needed": _l("Write the reference of the contract."),
    "scan.for_the_counter": _l("%(tag)s was lost on %(contract)s. Give it to somebody at the counter."),
    "scan.goes_with_its_kit": _l("%(tag)s goes with its kit. Scan the kit."),
    "scan.lost_on_contract": _l("%(tag)s was lost on %(contract)s. Say on the contract that it was found."),
    "scan.no_such_contract": _l("There is no contract %(reference)s. Check the reference."),
    "scan.not_here": _l("%(tag)s is not here by the book. Take it back first."),
    "scan.not_lost": _l("%(tag)s is not lost. Leave it as it is."),
    "scan.not_of_the_contract": _l(
        "No line of this contract waits for %(tag)s. Choose another contract, or put it back."
    ),
    "scan.not_out": _l("%(tag)s is not out. Look at what it expects."),
    "scan.place_needed": _l("Write the place."),
    "scan.product_needed": _l("Choose the product."),
    "scan.settled": _l("Somebody decided about %(tag)s already. Reload the page to see how it stands."),
    "scan.several": _l("Several things have the serial number %(serial)s: %(tags)s. Scan the tag."),
    "scan.take_over": _l("%(reference)s is over. Begin another count."),
}
