/**
 * Notices what WebGPU reports out of band: errors that no scope caught, errors of a scope, a lost device. The next call
 * on the session throws it; nothing goes on with results that may be wrong.
 */
import { UserError } from '../errors.ts';
import { ask } from './ask.ts';

export interface Health {
  /** Throws the first thing that went wrong, if anything did. */
  check(): void;
  /**
   * Does `action`. `checked` settles when WebGPU has said whether it was valid and had the memory; the error is also kept
   * for `check`, so a caller that cannot wait need not.
   */
  watch<T>(what: string, action: () => T): { readonly value: T; readonly checked: Promise<void> };
}

export function watchHealth(device: GPUDevice): Health {
  let failure: Error | undefined;
  const fail = (error: Error) => {
    failure ??= error;
  };

  device.onuncapturederror = (event) => {
    event.preventDefault(); // it is thrown by the next call, so it need not be printed as well
    fail(new Error(`WebGPU refused a command: ${event.error.message}`));
  };
  void device.lost.then(({ reason, message }) => {
    if (reason === 'destroyed') return fail(new Error('the device was destroyed'));
    fail(
      new UserError(
        `the GPU was lost (${message || 'no reason given'}): the driver restarted, or another program brought it down; ` +
          'start again from the last checkpoint, or use the CPU device',
      ),
    );
  });

  async function settle(what: string): Promise<void> {
    const pop = () => ask(() => device.popErrorScope());
    const [memory, validation] = await Promise.all([pop(), pop()]);
    const error = memory
      ? new UserError(`the GPU has no memory left for ${what}: use a smaller batch, or close other programs`)
      : validation
        ? new Error(`WebGPU refused ${what}: ${validation.message}`)
        : undefined;
    if (error !== undefined) fail(error);
  }

  return {
    check() {
      if (failure !== undefined) throw failure;
    },
    watch(what, action) {
      device.pushErrorScope('validation');
      device.pushErrorScope('out-of-memory');
      try {
        return { value: action(), checked: settle(what) };
      } catch (error) {
        void settle(what);
        throw error;
      }
    },
  };
}
