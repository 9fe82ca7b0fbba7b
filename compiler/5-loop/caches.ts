/** What caches of today's processors hold, for choices that depend on it. Sizes in elements of four bytes. */

/** What second-level caches keep, in whatever order it is read and whatever else passes through them. */
export const SECOND_LEVEL = 1 << 17;
/** Elements that lie so far apart share few places of a first-level cache (2 KiB: two sets of 64). */
export const COLLIDING = 512;
/** A cache line. */
export const LINE = 16;
