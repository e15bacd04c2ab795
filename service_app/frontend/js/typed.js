// A form that was sent and met an error page loses nothing: what was typed waits in this tab and stands in the form again
// when one goes back to it. Secrets and files are not kept.
const KEPT = 'ronde.typed';
const fields = (form) => [...form.elements].filter((each) => each.name && !['password', 'file', 'hidden', 'submit', 'button'].includes(each.type));

document.addEventListener('submit', ({ target: form, defaultPrevented }) => {
  if (defaultPrevented || form.method !== 'post' || form.dataset.sent) return;
  const values = fields(form).map((each) => [each.name, ['checkbox', 'radio'].includes(each.type) ? [each.value, each.checked] : each.value]);
  sessionStorage.setItem(KEPT, JSON.stringify({ path: location.pathname, action: form.action, values }));
});

function put(form, values) {
  for (const [name, value] of values) {
    for (const each of fields(form).filter((one) => one.name === name)) {
      if (!Array.isArray(value)) each.value = value;
      else if (each.value === value[0]) each.checked = value[1];
    }
  }
}

const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null');
if (kept && document.querySelector('[data-error-page]')) {
  sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, failed: true }));
} else if (kept) {
  sessionStorage.removeItem(KEPT);
  const form = [...document.forms].find((each) => each.method === 'post' && each.action === kept.action);
  if (kept.failed && kept.path === location.pathname && form) put(form, kept.values);
}
