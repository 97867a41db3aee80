/**
 * How descriptors get from one agent to the next: a service manager keeps them in between, as systemd does it ({@code
 * sd_notify(3)}, {@code sd_listen_fds(3)}), and as {@code osier lab restart} does it without systemd.
 */
@NullMarked
package io.osier.agent.handover;

import org.jspecify.annotations.NullMarked;
