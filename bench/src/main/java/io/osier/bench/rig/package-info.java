/** The networks under test, side by side: Osier's lab, and the kernel doing the same job. */
@org.jspecify.annotations.NullMarked
package io.osier.bench.rig;
