// What was filled in before this script was here, or by the browser on the way back, is asked about now: after htmx, which
// begins in a task of its own.
const first = (select) => Math.max([...select.options].findIndex((one) => one.defaultSelected), 0);
const changed = (field) =>
  field.options ? field.selectedIndex !== first(field)
    : field.checked !== field.defaultChecked || (field.defaultValue !== undefined && field.value !== field.defaultValue);

addEventListener('pageshow', () => setTimeout(() => {
  for (const form of document.querySelectorAll('form[hx-trigger^="change"]'))
    if ([...form.elements].some(changed)) form.dispatchEvent(new Event('change', { bubbles: true }));
}));
