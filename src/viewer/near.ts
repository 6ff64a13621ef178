/** Tells an element, as long as it stands in the page, whether it is near what is seen. For printing everything is near. */
export function watchNear(element: Element, tell: (near: boolean) => void): () => void {
  watchers.set(element, tell);
  if (isPrinting) tell(true);
  observer.observe(element);
  return () => {
    watchers.delete(element);
    observer.unobserve(element);
  };
}

const watchers = new Map<Element, (near: boolean) => void>();

const observer = new IntersectionObserver(
  (entries) => {
    for (const {target, isIntersecting} of entries) watchers.get(target)?.(isIntersecting);
  },
  {rootMargin: "1500px"}
);

let isPrinting = false;
window.addEventListener("afterprint", () => {
  isPrinting = false;
});
window.addEventListener("beforeprint", () => {
  isPrinting = true;
  for (const tell of watchers.values()) tell(true);
});
