/**
 * What every thread of the CPU device does during a run: walk the dispatch list, do its share of each kernel, meet the
 * others at a barrier. The main thread calls `walk`; workers get both functions as source text (see worker-source.ts), so
 * each must stand alone: no import but types, no nested function, nothing from outside its parameters.
 */

/** A kernel as the module exports it: (from, to, uniforms, ...buffers), addresses in bytes. */
export type KernelFunction = (...args: number[]) => unknown;

/** One entry of a dispatch list, decoded from the table in shared memory. */
export interface Step {
  readonly kernel: number;
  readonly count: number;
  readonly block: number;
  /** from, to, uniforms, ...buffers; from and to are set before each call. */
  readonly args: number[];
}

/** Where the control block holds what, as indices of 32-bit words. */
export interface Words {
  readonly generation: number;
  readonly idlers: number;
  readonly arrived: number;
  readonly sleepers: number;
  readonly failed: number;
  readonly run: number;
  readonly text: number;
  readonly textLength: number;
  readonly uniforms: number;
  readonly programs: number;
  /** How many work items of its own range each thread has given out: one word per thread, per kernel of the list. */
  readonly claims: number;
  readonly claimsLength: number;
  /** Into how many pieces a thread cuts its own range. */
  readonly pieces: number;
}

export interface Participant {
  readonly control: Int32Array;
  readonly words: Words;
  readonly kernels: readonly KernelFunction[];
  readonly thread: number;
  readonly threads: number;
  /** False on a browser's main thread, which is not allowed to sleep. */
  readonly mayWait: boolean;
  /** How long to spin before sleeping, in milliseconds. */
  readonly spin: number;
  /** The version of the layout that `programs` was decoded from. */
  layout: number;
  programs: Step[][];
  /** What `arrived` reaches when everyone is at the current barrier. Wraps around, as the counter does. */
  target: number;
}

/**
 * Does this thread's share of the run that the control block describes. A kernel that traps is noted in the control block; the rest of the list is then skipped,
 * but every barrier is still met, so that nobody waits for ever.
 */
export function walk(me: Participant): void {
  const { control, words, thread, threads } = me;
  const [program = 0, n = 0, layout = 0] = control.subarray(words.run, words.run + 3);
  if (me.layout !== layout) {
    me.programs = [];
    for (let p = 0; p < 3; p++) {
      const steps: Step[] = [];
      let at = control[words.programs + p] ?? 0;
      for (let left = control[at++] ?? 0; left > 0; left--) {
        const [kernel = 0, count = 0, block = 0, buffers = 0] = control.subarray(at, at + 4);
        const args = [0, 0, words.uniforms * 4];
        for (let b = 0; b < buffers; b++) args.push(control[at + 4 + b] ?? 0);
        steps.push({ kernel, count, block, args });
        at += 4 + buffers;
      }
      me.programs.push(steps);
    }
    me.layout = layout;
  }
  const steps = me.programs[program] ?? [];
  let tasks = 0;
  let next = 0;
  for (let s = 0; s < steps.length; s++) {
    const step = steps[s];
    const following = steps[s + 1];
    if (step === undefined) break;
    tasks = s === 0 ? (step.block === 0 ? step.count : step.count * Math.ceil(n / step.block)) : next;
    if (following !== undefined)
      next = following.block === 0 ? following.count : following.count * Math.ceil(n / following.block);
    // A single work item is thread 0's. Of more, each thread owns a contiguous range, the same in every run, takes it in a
    // few pieces, then helps the others with what they have not taken: a core may be busy elsewhere, or slow. Who computes
    // an item makes no difference to its value.
    const helped = tasks <= 1 ? (thread === 0 ? 1 : 0) : threads;
    for (let v = 0; v < helped; v++) {
      const owner = (thread + v) % threads;
      const end = Math.ceil((tasks * (owner + 1)) / threads);
      const start = Math.ceil((tasks * owner) / threads);
      const piece = threads === 1 ? tasks : Math.ceil((end - start) / words.pieces);
      const claim = words.claims + s * threads + owner;
      while (Atomics.load(control, words.failed) === 0) {
        const from = start + Atomics.add(control, claim, piece);
        if (from >= end) break;
        step.args[0] = from;
        step.args[1] = Math.min(from + piece, end);
        try {
          me.kernels[step.kernel]?.apply(undefined, step.args);
        } catch (error) {
          if (Atomics.compareExchange(control, words.failed, 0, step.kernel + 1) !== 0) break;
          const text = String(error).slice(0, words.textLength);
          for (let c = 0; c < words.textLength; c++) control[words.text + c] = c < text.length ? text.charCodeAt(c) : 0;
        }
      }
    }
    // Two kernels in a row with a single work item both run on thread 0, in order: nothing to wait for.
    if (threads === 1 || (tasks <= 1 && next <= 1 && following !== undefined)) continue;

    me.target = (me.target + threads) | 0;
    if (((Atomics.add(control, words.arrived, 1) + 1 - me.target) | 0) === 0) {
      if (Atomics.load(control, words.sleepers) > 0) Atomics.notify(control, words.arrived);
      continue;
    }
    // After the last kernel only the main thread, which returns to its caller, has to know that all are done.
    if (following === undefined && thread !== 0) continue;
    const deadline = performance.now() + me.spin;
    for (let turn = 1; ((Atomics.load(control, words.arrived) - me.target) | 0) < 0; turn++) {
      if (turn % 64 !== 0 || !me.mayWait || performance.now() < deadline) continue;
      // Whoever arrives last looks at `sleepers` after it has arrived; so either it sees this thread, or this thread
      // sees it in `seen` (or, arriving in between, changes the word that `wait` compares).
      Atomics.add(control, words.sleepers, 1);
      const seen = Atomics.load(control, words.arrived);
      if (((seen - me.target) | 0) < 0) Atomics.wait(control, words.arrived, seen);
      Atomics.sub(control, words.sleepers, 1);
    }
  }
}

/** A worker's life: wait for the next run, first spinning for a moment, then asleep; do its share; again. Never returns. */
export function serve(me: Participant, share: (me: Participant) => void): never {
  const { control, words } = me;
  let generation = 0;
  for (;;) {
    const deadline = performance.now() + me.spin;
    for (let turn = 1; Atomics.load(control, words.generation) === generation; turn++) {
      if (turn % 64 !== 0 || performance.now() < deadline) continue;
      Atomics.add(control, words.idlers, 1);
      Atomics.wait(control, words.generation, generation);
      Atomics.sub(control, words.idlers, 1);
    }
    generation = Atomics.load(control, words.generation);
    share(me);
  }
}
