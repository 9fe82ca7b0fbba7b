/**
 * Collects a session's work into submissions: several steps into one command buffer with one upload of their numbers.
 * What a step does is the session's; how many go together is `pace.ts`'s.
 */
import { ask } from './ask.ts';
import { mostSteps, Pace } from './pace.ts';
import { Ring } from './ring.ts';
import { bufferUsage } from './usage.ts';

/** Submissions under way at most before the host should wait: one that runs and one that follows it. */
const mostUnderWay = 2;

/** What goes along with the steps of a submission. */
export interface Companions {
  /** What must be done before the steps, and was not recorded with them. */
  readonly ahead: () => readonly GPUCommandBuffer[];
  /** Records what follows the steps. */
  readonly after: (encoder: GPUCommandEncoder) => void;
  /** It has been submitted. */
  readonly submitted: () => void;
}

export class Submissions {
  /** Places for uniform blocks: each step has one. */
  readonly blocks: Ring;
  /** Of one block. */
  readonly blockBytes: number;
  private readonly device: GPUDevice;
  private readonly now: () => number;
  private readonly companions: Companions;
  private readonly pace: Pace;
  private readonly rings: Set<Ring>;
  private readonly underWay: Promise<void>[] = [];
  private encoder: GPUCommandEncoder | undefined;
  private open: GPUComputePassEncoder | undefined;
  private steps = 0;

  /** `most`: steps of a submission. `now` is the clock, in milliseconds. */
  constructor(device: GPUDevice, blockBytes: number, most: number, companions: Companions, now: () => number) {
    this.device = device;
    this.blockBytes = blockBytes;
    this.companions = companions;
    this.now = now;
    this.pace = new Pace(most);
    this.blocks = new Ring(device, 'uniforms', bufferUsage.uniform, mostSteps, blockBytes);
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

  /** Submits whatever has been recorded. */
  submit(): void {
    const buffers = [...this.companions.ahead()];
    if (this.encoder !== undefined) {
      this.companions.after(this.copies());
      buffers.push(this.encoder.finish());
      this.encoder = undefined;
    }
    if (buffers.length === 0) return;
    for (const ring of this.rings) ring.upload();
    this.device.queue.submit(buffers);
    this.companions.submitted();
    if (this.steps > 0) this.follow(this.steps);
    this.steps = 0;
  }

  /** Submits whatever has been recorded, as somebody waits for it: the device will have nothing left to do. */
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

  /** Notices when the submission just made is done. */
  private follow(steps: number): void {
    const from = this.now();
    // A lost device ends it too; `health.ts` says so.
    const done = ask(() => this.device.queue.onSubmittedWorkDone()).catch(() => {});
    const noticed = done.then(() => {
      this.underWay.shift();
      this.pace.done(steps, from, this.now());
    });
    this.underWay.push(noticed);
  }
}
