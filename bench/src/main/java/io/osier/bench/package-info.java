/** {@code scripts/bench}: Osier beside the kernel's own network, measured in one run. */
@org.jspecify.annotations.NullMarked
package io.osier.bench;
