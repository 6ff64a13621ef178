/** GitHub's ids of headings: two headings of one text become `text` and `text-1`. */
export class Slugger {
  readonly #taken = new Map<string, number>();

  slug(title: string): string {
    const plain = slugify(title);
    let slug = plain;
    while (this.#taken.has(slug)) {
      const count = this.#taken.get(plain)! + 1;
      this.#taken.set(plain, count);
      slug = `${plain}-${count}`;
    }
    this.#taken.set(slug, 0);
    return slug;
  }

  has(slug: string): boolean {
    return this.#taken.has(slug);
  }
}

const slugify = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc} -]/gu, "")
    .replace(/ /g, "-");
