/** Does what can wait once the browser has nothing else to do, a little at a time. It can be called off. */
export function whenIdle(work: () => void): () => void {
  if (waiting.size === 0) setTimeout(ask, hasSettled ? 0 : settleMs);
  waiting.add(work);
  return () => waiting.delete(work);
}

const settleMs = 300; // a page that has just been opened has better things to do
let hasSettled = false;
const perTurn = 25;
const patienceMs = 2000;
const waiting = new Set<() => void>();

function ask(): void {
  hasSettled = true;
  if ("requestIdleCallback" in window) requestIdleCallback(doSome, {timeout: patienceMs});
  else setTimeout(doSome, 30);
}

function doSome(): void {
  let done = 0;
  for (const work of waiting) {
    waiting.delete(work);
    work();
    if (++done === perTurn) break;
  }
  if (waiting.size > 0) ask();
}
