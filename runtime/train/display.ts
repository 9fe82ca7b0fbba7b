/**
 * What a person sees of a run: on a terminal one line that is drawn over and over, else a plain line now and then; at an
 * epoch's end a line that stays. Figures only; nothing is measured or decided here.
 */

export interface Figures {
  /** 0 for the first. */
  readonly epoch: number;
  readonly epochs: number;
  /** Samples of the epoch that are done, and all. */
  readonly done: number;
  readonly samples: number;
  /** By name: `loss`, `accuracy`. Means of the epoch so far. */
  readonly means: Readonly<Record<string, number>>;
  /** Samples per second; 0 while it is unknown. */
  readonly rate: number;
}

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Erases the line that the cursor is in. */
const eraseLine = '\r\u001b[2K';

/** Plain lines are at least this far apart, in milliseconds. */
const plainInterval = 10_000;

export class Display {
  private readonly stream: Stream | undefined;
  private readonly live: boolean;
  private lastPlain = 0;

  /** Without a stream nothing is shown. */
  constructor(stream: Stream | undefined) {
    this.stream = stream;
    this.live = stream?.isTTY === true;
  }

  /** A line that stays. */
  line(text: string): void {
    this.stream?.write(this.live ? `${eraseLine}${text}\n` : `${text}\n`);
  }

  /** A line that the next one may replace; left out where nothing can be replaced. */
  readonly passing = (text: string): void => {
    if (this.live) this.stream?.write(eraseLine + text.slice(0, (this.stream.columns || 80) - 1));
  };

  /** How far the compilation of a module's kernels is. */
  readonly compiling = (done: number, all: number): void => {
    this.passing(`compiling kernels: ${done} of ${all}`);
  };

  progress(figures: Figures, now: number): void {
    const { epoch, epochs, done, samples, means, rate } = figures;
    const left = rate > 0 ? `, ${duration((samples - done) / rate)} left` : '';
    const text = `${showMeans(means)}  ${Math.round(rate).toLocaleString('en')} samples/s${left}`;
    const where = `epoch ${epoch + 1}/${epochs}`;
    if (this.live) {
      const width = 20;
      const filled = Math.floor((width * done) / samples);
      this.passing(`${where} [${'='.repeat(filled)}${' '.repeat(width - filled)}] ${done}/${samples}  ${text}`);
    } else if (now - this.lastPlain >= plainInterval) {
      this.lastPlain = now;
      this.line(`${where} ${done}/${samples}  ${text}`);
    }
  }

  /** Removes the line that is drawn over. */
  end(): void {
    if (this.live) this.stream?.write(eraseLine);
  }
}

/** `loss 0.4312  accuracy 0.8421`. */
export function showMeans(means: Readonly<Record<string, number>>, prefix = ''): string {
  return Object.entries(means)
    .map(([name, value]) => `${prefix}${name} ${value.toFixed(4)}`)
    .join('  ');
}

/** `1:05:09`, `2:03`, `8 s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (n: number) => String(n).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}
