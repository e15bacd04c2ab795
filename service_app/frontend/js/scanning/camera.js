// Reading codes from the camera. The decoder's WebAssembly comes from us: by default the package would fetch it from a
// public network, and it must be the very build that its glue was made with (vite.config.js holds the two together).
import { BarcodeDetector, prepareZXingModule } from 'barcode-detector/ponyfill';
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url';
import { beep } from './sound.js';

const FORMATS = ['qr_code', 'data_matrix', 'code_128', 'code_39', 'ean_13'];
const REST = 90; // ms between two looks
const SAME = 2500; // ms a code must be out of sight before it counts again

prepareZXingModule({ overrides: { locateFile: () => wasm } });

export async function open(video, give) {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 960 } },
  });
  video.srcObject = stream;
  await video.play();
  const [track] = stream.getVideoTracks();
  const detector = new BarcodeDetector({ formats: FORMATS });
  const seen = new Map();
  let isOpen = true;
  let isLit = false;

  function met(code) {
    const now = performance.now();
    const isNew = now - (seen.get(code) ?? -SAME) >= SAME;
    seen.set(code, now);
    if (!isNew) return;
    beep();
    give(code);
  }

  async function look() {
    if (!isOpen) return;
    if (video.readyState >= 2 && !document.hidden) {
      const found = await detector.detect(video).catch(() => []);
      if (isOpen) found.forEach(({ rawValue }) => rawValue && met(rawValue));
    }
    setTimeout(look, REST);
  }

  look();
  return {
    hasTorch: Boolean(track.getCapabilities?.().torch),
    async switchTorch() {
      isLit = !isLit;
      await track.applyConstraints({ advanced: [{ torch: isLit }] }).catch(() => { isLit = false; });
      return isLit;
    },
    close() {
      isOpen = false;
      stream.getTracks().forEach((each) => each.stop());
      video.srcObject = null;
    },
  };
}
