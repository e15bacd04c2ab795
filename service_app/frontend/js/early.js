// What was filled in before this script was here, or by the browser on the way back, is asked about now.
const changed = (field) =>
  field.options ? [...field.options].some((one) => one.selected !== one.defaultSelected)
    : field.checked !== field.defaultChecked || (field.defaultValue !== undefined && field.value !== field.defaultValue);

addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[hx-trigger^="change"]'))
    if ([...form.elements].some(changed)) form.dispatchEvent(new Event('change', { bubbles: true }));
});
