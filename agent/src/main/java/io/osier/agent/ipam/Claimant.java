package io.osier.agent.ipam;

/**
 * Who asks for a subnet.
 *
 * @param node its name
 * @param identity what its state directory has been told apart by since it was made, whatever the node is called
 * @param underlayAddress where its tunnel ends, for people to find it by
 */
public record Claimant(String node, String identity, String underlayAddress) {}
