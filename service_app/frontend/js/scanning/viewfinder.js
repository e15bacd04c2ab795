// The camera's buttons. The decoder is fetched when somebody starts the camera, and not before.
const KEPT = 'ronde.camera';

export function prepareCamera(root, give, said, field) {
  if (!root || !navigator.mediaDevices?.getUserMedia) return;
  const part = (name) => root.querySelector(`[data-${name}]`);
  const [start, stop, torch, frame] = ['camera-start', 'camera-stop', 'torch', 'frame'].map(part);
  let camera;

  function show(isOn) {
    start.hidden = isOn;
    stop.hidden = frame.hidden = !isOn;
    torch.hidden = !isOn || !camera?.hasTorch;
  }

  function read(code) {
    frame.classList.add('has-read');
    setTimeout(() => frame.classList.remove('has-read'), 600);
    give(code);
  }

  async function begin() {
    start.disabled = true;
    said.textContent = '';
    try {
      const { open } = await import('./camera.js');
      frame.hidden = false;
      camera = await open(root.querySelector('video'), read);
      localStorage.setItem(KEPT, 'on');
    } catch (error) {
      localStorage.removeItem(KEPT);
      camera = undefined;
      said.textContent = { NotAllowedError: root.dataset.refused, NotFoundError: root.dataset.none }[error.name] ?? root.dataset.broken;
      field.focus();
    }
    start.disabled = false;
    show(Boolean(camera));
  }

  function end() {
    camera?.close();
    camera = undefined;
    show(false);
  }

  root.hidden = false;
  start.addEventListener('click', begin);
  stop.addEventListener('click', () => {
    localStorage.removeItem(KEPT);
    end();
    start.focus();
  });
  torch.addEventListener('click', async () => torch.setAttribute('aria-pressed', String(await camera.switchTorch())));
  addEventListener('pagehide', end);
  // who used the camera a moment ago and allowed it goes on with it
  if (localStorage.getItem(KEPT) === 'on') {
    navigator.permissions?.query({ name: 'camera' }).then(({ state }) => state === 'granted' && begin(), () => {});
  }
}
