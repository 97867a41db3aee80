/** Where the cluster's state is kept: compare-and-set, and watched. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.store;
