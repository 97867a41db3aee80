/** The dataplane over memory: packets made by hand, ports without devices, and nodes on a seeded network with a clock of its own. */
@org.jspecify.annotations.NullMarked
package io.osier.dataplane.simulation;
