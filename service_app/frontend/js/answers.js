// What htmx does with answers that are not the fragment it asked for. A refusal (403, 404, 409, 429, 5xx) never replaces
// the thing it is about: it goes where the messages are. 422 is a form with its errors and is swapped as usual.
import { lost } from './messages.js';

document.addEventListener('htmx:response:error', ({ detail: { ctx } }) => {
  if (ctx.response.status === 422) return;
  Object.assign(ctx, { target: document.getElementById('toasts'), swap: 'beforeend', select: null, selectOOB: null, push: null, replace: null });
});

// a fetch that was led to another page (signed out meanwhile) opens that page instead of showing it inside this one
document.addEventListener('htmx:before:response', (event) => {
  const { raw } = event.detail.ctx.response;
  if (!raw.redirected) return;
  event.preventDefault();
  location.href = raw.url;
});

document.addEventListener('htmx:error', ({ detail: { ctx } }) => {
  if (ctx && !ctx.response) lost();
});
