/** Looks at packets without touching them. */
@org.jspecify.annotations.NullMarked
package io.osier.dataplane.observe;
