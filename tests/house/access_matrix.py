"""Who may open what: every route, every role. Data, to be read and changed by hand; a route without a row fails.

A row of STAFF says for each role, in the order of LETTERS, whether the route opens (its letter) or answers 403 (-). For
everybody who is not a member of the workshop these routes do not exist (404), and a visitor is sent to sign in.
"""

LETTERS = {
    "O": "owner",
    "M": "manager",
    "C": "counter",
    "T": "technician",
    "D": "driver",
    "A": "accountant",
    "R": "auditor",
}

STAFF = {
    "contracts.bind": "OMCTD--",
    "contracts.cancel": "OMC----",
    "contracts.change": "OMC----",
    "contracts.create": "OMC----",
    "contracts.detail": "OMCTDAR",
    "contracts.document": "OMCTDAR",
    "contracts.extend": "OMC----",
    "contracts.extension_preview": "OMC----",
    "contracts.give": "OMCTD--",
    "contracts.hand_over": "OMCTD--",
    "contracts.inspect": "OMCT---",
    "contracts.judge": "OMCT---",
    "contracts.lengthen": "OMC----",
    "contracts.list_page": "OMCTDAR",
    "contracts.new": "OMC----",
    "contracts.prepare": "OMCTD--",
    "contracts.preview": "OMC----",
    "contracts.receive_deposit": "OMC--A-",
    "contracts.reopen": "OMC----",
    "contracts.return_deposit": "OMC--A-",
    "contracts.save": "OMC----",
    "contracts.send": "OMC----",
    "contracts.settle": "OMC--A-",
    "contracts.take": "OMCTD--",
    "contracts.take_back": "OMCTD--",
    "contracts.waive": "OMC--A-",
    "customers.change": "OMC----",
    "customers.create": "OMC----",
    "customers.detail": "OMC--AR",
    "customers.edit": "OMC----",
    "customers.edit_address": "OMC----",
    "customers.give_consent": "OMC----",
    "customers.list_page": "OMC--AR",
    "customers.merge": "OM-----",
    "customers.merge_page": "OM-----",
    "customers.new": "OMC----",
    "customers.new_address": "OMC----",
    "customers.remove_address": "OMC----",
    "customers.restore_address": "OMC----",
    "customers.withdraw_consent": "OMC----",
    "customers.write_note": "OMC----",
    "desk.drive_again": "OM-----",
    "desk.find": "OMCTDAR",
    "desk.jobs_page": "OM----R",
    "desk.today": "OMCTDAR",
    "styleguide.guide": "OMCTDAR",
    "workshops.add_exception": "OM-----",
    "workshops.change_role": "O------",
    "workshops.change_workshop": "OM-----",
    "workshops.close_on_holidays": "OM-----",
    "workshops.end_membership": "OMCTDAR",
    "workshops.hours_page": "OM----R",
    "workshops.invite": "O------",
    "workshops.member": "OM----R",
    "workshops.members_page": "OM----R",
    "workshops.publish_terms": "OM-----",
    "workshops.reinstate": "O------",
    "workshops.remove_exception": "OM-----",
    "workshops.restore_exception": "OM-----",
    "workshops.send_invitation": "O------",
    "workshops.set_hours": "OM-----",
    "workshops.settings_page": "OM----R",
    "workshops.terms_page": "OM----R",
    "workshops.terms_version": "OM----R",
    "workshops.withdraw_invitation": "O------",
}

# Whoever is signed in, a member of a workshop or not.
PERSON = {
    "me.change",
    "me.change_language",
    "me.change_password",
    "me.detail",
    "me.end_sessions",
    "me.home",
}

# The coordinator of the cluster; for everybody else there is no such page.
COORDINATOR = {
    "cluster.add",
    "cluster.list_page",
    "cluster.new",
}

# Anybody. What is signed stands in the address.
STREET = {
    "accounts.sign_in",
    "accounts.sign_in_post",
    "accounts.sign_out",
    "contracts_public.accept",
    "contracts_public.document",
    "contracts_public.sign",
    "street.health",
    "workshops_public.accept",
    "workshops_public.ask_reset",
    "workshops_public.brand_css",
    "workshops_public.forgot",
    "workshops_public.join",
    "workshops_public.keep_password",
    "workshops_public.reset",
}
