const mostMs = 3000;
const stillFrames = 20;

/**
 * Goes to what the address names, and stays there while what stands above grows to its true height; until it is still, or somebody
 * moves away.
 */
export function arrive(hash: string): void {
  const target = hash.length > 1 ? document.getElementById(decode(hash.slice(1))) : null;
  if (!target) return;
  const began = performance.now();
  const left = new AbortController();
  for (const move of ["wheel", "pointerdown", "keydown", "touchstart"])
    window.addEventListener(move, () => left.abort(), {signal: left.signal, passive: true});
  let still = 0;
  let at = Number.NaN;
  const hold = (): void => {
    if (left.signal.aborted || !target.isConnected) return;
    const {top} = target.getBoundingClientRect();
    still = Math.abs(top - at) < 1 ? still + 1 : 0;
    if (still === 0) target.scrollIntoView();
    at = target.getBoundingClientRect().top;
    if (still >= stillFrames || performance.now() - began > mostMs) left.abort();
    else requestAnimationFrame(hold);
  };
  hold();
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
