/** From the cluster's state to what this node does about it. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.reconcile;
