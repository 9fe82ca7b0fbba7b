/**
 * What every thread of the CPU device does during a run: walk the dispatch list, do its share of each kernel, meet the
 * others at a barrier. The main thread calls `walk`; workers get both functions as source text (see worker-source.ts), so
 * each must stand alone: no import but types, no nested function, nothing from outside its parameters.
 */

/** A kernel's part as the module exports it: (from, to, uniforms, local, ...buffers), addresses in bytes. */
export type KernelFunction = (...args: number[]) => unknown;

/** One entry of a dispatch list, decoded from the table in shared memory. */
export interface Step {
  readonly parts: readonly StepPart[];
  /** Work items of all parts together: of the run at hand. */
  tasks: number;
}

export interface StepPart {
  /** The function's number among all kernels'. */
  readonly kernel: number;
  readonly count: number;
  readonly block: number;
  /** The batches for which it runs: from `least` on, and where `below` is not 0 up to it. */
  readonly least: number;
  readonly below: number;
  /** Into how many pieces each thread's range is cut. */
  readonly pieces: number;
  /** Work items of the run at hand. */
  tasks: number;
  /** from, to, uniforms, local, ...buffers; from and to are set before each call. */
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
  readonly programCount: number;
  /** How many pieces of its own ranges each thread has given out: one word per thread, per kernel of the list. */
  readonly claims: number;
  readonly claimsLength: number;
  /** Into how many pieces a thread cuts its own range. */
  readonly pieces: number;
  /** Byte address of the threads' own memory, and how much of it each has. */
  readonly local: number;
  readonly localBytes: number;
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
  const program = control[words.run] ?? 0;
  const n = control[words.run + 1] ?? 0;
  const layout = control[words.run + 2] ?? 0;
  if (me.layout !== layout) {
    me.programs = [];
    for (let p = 0; p < words.programCount; p++) {
      const steps: Step[] = [];
      let at = control[words.programs + p] ?? 0;
      for (let left = control[at++] ?? 0; left > 0; left--) {
        const parts: StepPart[] = [];
        for (let p = control[at++] ?? 0; p > 0; p--) {
          const args = [0, 0, words.uniforms * 4, words.local + thread * words.localBytes];
          parts.push({
            kernel: control[at++] ?? 0,
            count: control[at++] ?? 0,
            block: control[at++] ?? 0,
            least: control[at++] ?? 0,
            below: control[at++] ?? 0,
            pieces: control[at++] === 0 && threads > 1 ? words.pieces : 1,
            tasks: 0,
            args,
          });
          for (let b = control[at++] ?? 0; b > 0; b--) args.push(control[at++] ?? 0);
        }
        steps.push({ parts, tasks: 0 });
      }
      me.programs.push(steps);
    }
    me.layout = layout;
  }
  const steps = me.programs[program] ?? [];
  for (const step of steps) {
    step.tasks = 0;
    for (const part of step.parts) {
      part.tasks = part.block === 0 ? part.count : part.count * Math.ceil(n / part.block);
      if (n < part.least || (part.below > 0 && n >= part.below)) part.tasks = 0;
      step.tasks += part.tasks;
    }
  }
  for (let s = 0; s < steps.length; s++) {
    const step = steps[s];
    const following = steps[s + 1];
    if (step === undefined) break;
    const { tasks, parts } = step;
    // A single work item is thread 0's. Of more, each thread owns a contiguous range of every part, the same in every run,
    // takes it in a few pieces, then helps the others with what they have not taken: a core may be busy elsewhere, or slow.
    // Who computes an item makes no difference to its value.
    const helped = tasks <= 1 ? (thread === 0 ? 1 : 0) : threads;
    for (let v = 0; v < helped; v++) {
      const owner = (thread + v) % threads;
      const claim = words.claims + s * threads + owner;
      while (Atomics.load(control, words.failed) === 0) {
        let piece = Atomics.add(control, claim, 1);
        let p = 0;
        while (p < parts.length && piece >= (parts[p]?.pieces ?? 0)) piece -= parts[p++]?.pieces ?? 0;
        const part = parts[p];
        if (part === undefined) break;
        const { args } = part;
        const start = Math.ceil((part.tasks * owner) / threads);
        const end = Math.ceil((part.tasks * (owner + 1)) / threads);
        const size = Math.ceil((end - start) / part.pieces);
        args[0] = start + piece * size;
        args[1] = Math.min(start + (piece + 1) * size, end);
        if (args[0] >= args[1]) continue;
        try {
          me.kernels[part.kernel]?.apply(undefined, args);
        } catch (error) {
          if (Atomics.compareExchange(control, words.failed, 0, part.kernel + 1) !== 0) break;
          const text = String(error).slice(0, words.textLength);
          for (let c = 0; c < words.textLength; c++) control[words.text + c] = c < text.length ? text.charCodeAt(c) : 0;
        }
      }
    }
    // Two kernels in a row with a single work item both run on thread 0, in order: nothing to wait for.
    if (threads === 1 || (following !== undefined && tasks <= 1 && following.tasks <= 1)) continue;

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
