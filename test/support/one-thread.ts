/** A device for what one operator or one small program computes; how threads share work is for `test/fuzz` and `test/devices`. */
import type { Device } from '../../runtime/device.ts';
import { type DeviceChoice, openDevice } from '../../runtime/open-device.ts';

/** On the CPU without a second thread, which takes each session longer to start (50 ms) than such a case takes. */
export const openOneThread = (choice: DeviceChoice): Promise<Device> => openDevice(choice, { threads: 1 });
