/**
 * Collects a session's work into submissions: several steps into one command buffer with one upload of their numbers.
 * What a step does is the session's; how many go together is `pace.ts`'s.
 */
import { mostSteps, Pace } from './pace.ts';
import { Ring } from './ring.ts';
import { bufferUsage } from './usage.ts';

/** Submissions under way at most before the host should wait: one that runs and one that follows it. */
const mostUnderWay = 2;

export class Submissions {
  /** Places for uniform blocks: a step has one for its kernels and one for what gathers its batch. */
  readonly blocks: Ring;
  /** Of one block. */
  readonly blockBytes: number;
  private readonly device: GPUDevice;
  private readonly now: () => number;
  private readonly pace = new Pace();
  private readonly rings: Set<Ring>;
  private readonly underWay: Promise<void>[] = [];
  private encoder: GPUCommandEncoder | undefined;
  private open: GPUComputePassEncoder | undefined;
  private steps = 0;

  /** `now` is the clock, in milliseconds. */
  constructor(device: GPUDevice, blockBytes: number, now: () => number) {
    this.device = device;
    this.blockBytes = blockBytes;
    this.now = now;
    this.blocks = new Ring(device, 'uniforms', bufferUsage.uniform, 2 * mostSteps, blockBytes);
    this.rings = new Set([this.blocks]);
  }

  /** Another ring that is uploaded with each submission. */
  add(ring: Ring): void {
    this.rings.add(ring);
  }

  remove(ring: Ring): void {
    this.rings.delete(ring);
    ring.destroy();
  }

  /** Submits if that is needed for a place in each of the rings: what uses several at once must not be torn apart. */
  makeRoom(...rings: readonly Ring[]): void {
    if (rings.some((ring) => ring.full)) this.submit();
  }

  /** The compute pass to record kernels in. */
  pass(): GPUComputePassEncoder {
    this.open ??= this.commands().beginComputePass();
    return this.open;
  }

  /** The encoder to record what is no kernel, after all that was recorded so far. */
  copies(): GPUCommandEncoder {
    this.open?.end();
    this.open = undefined;
    return this.commands();
  }

  /** A step has been recorded: submits when it is time. */
  step(): void {
    this.steps++;
    if (this.steps < this.pace.steps) return;
    this.submit();
    this.pace.submitted();
  }

  /** Submits whatever has been recorded, as somebody waits for it or is to change what it reads. */
  flush(): void {
    this.submit();
    this.pace.restart();
  }

  /** Undefined where more work is welcome, else what to wait for. */
  busy(): Promise<void> | undefined {
    return this.underWay.length >= mostUnderWay ? this.underWay[0] : undefined;
  }

  destroy(): void {
    for (const ring of this.rings) ring.destroy();
  }

  private commands(): GPUCommandEncoder {
    this.encoder ??= this.device.createCommandEncoder();
    return this.encoder;
  }

  private submit(): void {
    if (this.encoder === undefined) return;
    const commands = this.copies().finish();
    for (const ring of this.rings) ring.upload();
    this.device.queue.submit([commands]);
    const { steps } = this;
    this.encoder = undefined;
    this.steps = 0;
    if (steps > 0) this.follow(steps);
  }

  /** Notices when the submission just made is done. */
  private follow(steps: number): void {
    const from = this.now();
    // A lost device ends it too; `health.ts` says so.
    const done = this.device.queue.onSubmittedWorkDone().catch(() => {});
    const noticed = done.then(() => {
      this.underWay.shift();
      this.pace.done(steps, from, this.now());
    });
    this.underWay.push(noticed);
  }
}
