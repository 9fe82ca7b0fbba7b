/**
 * Whether a stream gets colours, and writing to it. Knows nothing of what is written.
 */

type Environment = Readonly<Record<string, string | undefined>>;

/** Colours only for people: a terminal, unless `NO_COLOR` (https://no-color.org) or `TERM=dumb` says otherwise; `FORCE_COLOR` insists. */
export function wantsColor(stream: { readonly isTTY?: boolean }, environment: Environment = process.env): boolean {
  if (environment.NO_COLOR) return false;
  if (environment.FORCE_COLOR && environment.FORCE_COLOR !== '0') return true;
  return stream.isTTY === true && environment.TERM !== 'dumb';
}

/** Writes a line and waits until it is out, so that a pipe gets all of it before the process ends. */
export function print(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text.endsWith('\n') ? text : `${text}\n`, (error) => {
      // The reader went away (`netc summary … | head -1`): not our error.
      if (error && 'code' in error && error.code !== 'EPIPE') reject(error);
      else resolve();
    });
  });
}
