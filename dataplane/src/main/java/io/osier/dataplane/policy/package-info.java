/** Who may talk to whom: Kubernetes' NetworkPolicies as one node's pods are under them, asked once a flow. */
@org.jspecify.annotations.NullMarked
package io.osier.dataplane.policy;
