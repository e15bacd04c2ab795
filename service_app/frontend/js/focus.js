// After a refused form: the summary when there is one, else the first field that needs another look.
function toFirstError(root) {
  (root.querySelector('.error-summary') ?? root.querySelector('[aria-invalid="true"]'))?.focus();
}

toFirstError(document);
document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  if (ctx.response?.status === 422) toFirstError(document);
});
