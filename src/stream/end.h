/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* How a stream ends, for stream.c alone: what each reason makes of each state. */

typedef enum { STARTING, RUNNING, DRAINING, ABANDONED, ENDED, STATES } State;

/* Why it comes to an end, or goes on doing so. */
typedef enum {
  END_REACHED, /* all that --until-end wants is read and committed */
  END_ASKED,   /* a signal, the first or the next */
  END_FAILED,  /* too much is bad, or the setup is wrong */
  END_STALLED, /* --until-end: nothing has moved for its timeout */
  END_LATE,    /* the shutdown timeout is over */
  END_WRITERS, /* the last writer has ended */
  END_HUNG,    /* a writer does not see that it is abandoned */
  ENDS,
} StreamEnd;

typedef enum {
  STAY,
  DRAIN,       /* the writers finish what they hold, up to the shutdown timeout */
  ABANDON,     /* they end at once, and what HBase has acknowledged is still committed */
  ABANDON_ALL, /* nor that */
  LEAVE,       /* commit, leave the group, and it has ended */
  QUIT,        /* without a word to anybody */
} Step;

static const Step steps[ENDS][STATES] = {
    /* by State: STARTING, RUNNING, DRAINING, ABANDONED, ENDED */
    [END_REACHED] = {LEAVE, DRAIN, STAY, STAY, STAY},
    [END_ASKED] = {LEAVE, DRAIN, ABANDON_ALL, STAY, STAY},
    [END_FAILED] = {LEAVE, DRAIN, STAY, STAY, STAY},
    [END_STALLED] = {LEAVE, ABANDON, ABANDON, STAY, STAY},
    [END_LATE] = {STAY, STAY, ABANDON, STAY, STAY},
    [END_WRITERS] = {STAY, LEAVE, LEAVE, LEAVE, STAY},
    [END_HUNG] = {STAY, STAY, STAY, QUIT, STAY},
};
