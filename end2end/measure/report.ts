import { loadavg } from 'node:os';

type Line = { section: string } | { figure: string; value: string; target?: string; met?: boolean };

/** The figures, each beside its target. */
export class Report {
  #lines: Line[] = [];
  #notes: string[] = [];

  section(section: string): void {
    this.#lines.push({ section });
  }

  figure(figure: string, value: number, unit: string, digits = 1): void {
    this.#lines.push({ figure, value: `${value.toFixed(digits)} ${unit}` });
  }

  /** A figure that has to be at most `most`. */
  compared(figure: string, value: number, unit: string, most: number, digits = 1): void {
    const text = (number: number) => `${number.toFixed(digits)} ${unit}`.trim();
    this.#lines.push({ figure, value: text(value), target: `≤ ${text(most)}`, met: value <= most });
  }

  /** What explains a figure. */
  note(text: string): void {
    this.#notes.push(text);
  }

  get figures(): number {
    return this.#lines.length;
  }

  get missed(): number {
    return this.#lines.filter((line) => 'met' in line && line.met === false).length;
  }

  toString(): string {
    const figures = this.#lines.filter((line) => 'figure' in line);
    const width = Math.max(...figures.map(({ figure }) => figure.length));
    const text = this.#lines.map((line) => {
      if ('section' in line) return `\n${line.section}`;
      const verdict = line.met === undefined ? '' : line.met ? 'met' : 'MISSED';
      return `  ${line.figure.padEnd(width)}  ${line.value.padStart(12)}  ${(line.target ?? '').padEnd(14)}${verdict}`.trimEnd();
    });
    const load = `load of the machine at the end: ${loadavg().map((load) => load.toFixed(1)).join(' ')}`;
    const verdict = this.missed === 0 ? 'every target is met' : `${this.missed} targets are missed`;
    return [...text, '', ...this.#notes, load, verdict].join('\n');
  }
}

/** The value that `share` of the values do not exceed. */
export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** How much the values grow per step, by least squares. */
export function slope(points: { x: number; y: number }[]): number {
  const mean = (read: (point: { x: number; y: number }) => number) => points.reduce((sum, point) => sum + read(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const spread = mean((point) => (point.x - x) ** 2);
  return mean((point) => (point.x - x) * (point.y - y)) / spread;
}
