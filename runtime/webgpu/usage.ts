/** GPUBufferUsage's values, which the specification fixes: Node has no such global. */
export const bufferUsage = { mapRead: 0x01, copySource: 0x04, copyTarget: 0x08, uniform: 0x40, storage: 0x80 } as const;
