/**
 * Answers of `ask` by key, each kept for a while. There is one question at a time per key, and failures are
 * not kept.
 */
export class Cached<T> {
  private readonly kept = new Map<string, { readonly answer: Promise<T>; readonly until: number }>();

  constructor(
    private readonly seconds: number,
    private readonly ask: (key: string) => Promise<T>,
  ) {}

  get(key: string): Promise<T> {
    const known = this.kept.get(key);
    if (known && Date.now() < known.until) return known.answer;
    const answer = this.ask(key);
    this.kept.set(key, { answer, until: Date.now() + this.seconds * 1000 });
    answer.catch(() => this.kept.delete(key));
    return answer;
  }
}
