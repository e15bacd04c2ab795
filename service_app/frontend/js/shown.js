// A photo that was chosen is seen at once, where it will stand: over the field of a twin, under any other.
document.addEventListener('change', ({ target }) => {
  if (target.type !== 'file' || !target.accept?.startsWith('image')) return;
  const holder = target.closest('.twin-now') ?? target.parentElement;
  holder.querySelectorAll('img, .shown').forEach((each) => each.remove());
  const images = [...target.files].map((file) => {
    const image = document.createElement('img');
    image.alt = file.name;
    image.src = URL.createObjectURL(file);
    return image;
  });
  if (holder.matches('.twin-now')) return holder.append(...images.slice(0, 1));
  const list = document.createElement('div');
  list.className = 'shown';
  list.append(...images);
  target.after(list);
});
