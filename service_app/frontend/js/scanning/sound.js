// A short tone and a short buzz: read. Silent where neither is allowed.
let sounds;

export function beep() {
  navigator.vibrate?.(60);
  if (!('AudioContext' in window)) return;
  sounds ??= new AudioContext();
  const tone = sounds.createOscillator();
  const volume = sounds.createGain();
  tone.frequency.value = 1046;
  volume.gain.setValueAtTime(0.12, sounds.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, sounds.currentTime + 0.11);
  tone.connect(volume).connect(sounds.destination);
  tone.start();
  tone.stop(sounds.currentTime + 0.12);
}
