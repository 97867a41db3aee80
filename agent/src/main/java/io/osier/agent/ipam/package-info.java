/** Who has which subnet and which address: claims that only one can make. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.ipam;
