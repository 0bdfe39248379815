/*
 * gate.pml
 *		A model of the gate, which SPIN explores in full.
 *
 * Three sessions register something.  Meanwhile two operators place and lift
 * holds, or wait for the start of one, or revoke and grant an exemption.  SPIN
 * tries every order in which the steps of all of them can happen.  README.md
 * says how to run it and how to read what it finds.
 *
 * What must hold, and what checks it:
 *
 *	promise		No registration commits after a drain that named nobody, until
 *				the hold is lifted or exempts it: the assertion in commits().
 *	no jam		Nobody waits for ever, although a transaction may stay open, or
 *				prepared, for ever.  SPIN reports an endless wait as an "invalid
 *				end state".
 *	no harm		No commit fails because a hold was lifted or an exemption was
 *				granted: the assertion in pass_gate().
 *
 * An atomic or d_step is one step to the other processes.  The comment on it
 * names the C function that takes this step.  The model does not say which lock
 * the gate takes, or in which mode: a transaction takes it without waiting and
 * keeps it until it ends, and everybody can see who has it.
 *
 * Each #ifdef is a mutation, the protocol with one mistake in it.  SPIN must
 * find a fault in each; the file "mutations" explains them.
 */

/* What the operators do, one story a run: -DSTORY=... */
#define TOGETHER	1			/* each places a hold, the first lifts his */
#define START		2			/* a hold starts after it was placed */
#define EXEMPTION	3			/* an exemption is revoked, and granted again */

#define WRITERS		3
#define HOLDS		2

/*
 * There are two kinds of rows.  Hold 0 has a scope: it covers rows of the first
 * kind, and it is this hold that starts later or has an exemption.  Hold 1
 * covers every row.
 */
#define FIRST		1
#define SECOND		2
#define covers(hold, kinds)	((hold) == 1 || ((kinds) & FIRST))

/* What is committed, as a new snapshot shows it. */
bit stands[HOLDS];
bit exempted;					/* the exemption from hold 0 stands */
bit scheduled;					/* hold 0 starts when the clock says so */

bit clock;						/* has starts_at been reached? */

#define in_force(hold, now)	((hold) == 1 || !scheduled || (now))

/* Has a session an invalidation message that it has not absorbed yet? */
bit message[WRITERS];

/* Who has the gate's lock, as everybody can see. */
mtype:lock = { FREE, HELD, PREPARED };
mtype:lock gate[WRITERS] = FREE;

/* A change of a hold is seen, but its transaction still has its locks. */
bit unfinished[HOLDS];

/*
 * The rest serves the properties alone.  Which holds are promised to bind?  And
 * which will be, if the drain that an operator has begun names nobody?
 */
bit promised[HOLDS];
bit draining[4];
#define draining_for(operator, hold)	draining[2 * (operator) + (hold)]

/*
 * Was anything tightened since session 0 read the holds for its first row?  One
 * session is enough, because all three follow the same rules.
 */
bit tightened;

/* A session that will not look again gets no messages: they would only be states. */
bit listens[WRITERS] = 1;

inline tighten()
{
	tightened = listens[0];
}

inline send_messages()
{
	message[0] = listens[0];
	message[1] = listens[1];
	message[2] = listens[2];
}


/*
 * A session that registers: a transaction with one row of the first kind.  That
 * of session 0 may have two rows, of either kind.  (A second row in each session
 * would be ten times the states.)
 */

/* AcceptInvalidationMessages(), relation_changed() */
inline absorb()
{
	if
	:: message[w] -> message[w] = 0; valid = 0;
	:: else
	fi
}

/*
 * read_list(): takes a new snapshot.  inherit() compares generations; here a bit
 * says that a hold is new, or has lost its exemption, since the copy by which
 * the first row was let through.
 */
inline read_list()
{
	if
	:: kinds == 0 -> new[0] = 0; new[1] = 0;
	:: else ->
#ifdef EVERY_COPY_IS_NEW
		new[0] = stands[0];
		new[1] = stands[1];
#else
#ifdef REVOKING_IS_IGNORED
		new[0] = stands[0] && (new[0] || !copy[0]);
#else
		new[0] = stands[0] && (new[0] || !copy[0] || (copy_exempted && !exempted));
#endif
		new[1] = stands[1] && (new[1] || !copy[1]);
#endif
	fi;
	copy[0] = stands[0];
	copy[1] = stands[1];
	copy_exempted = exempted;
}

/* judge(), gate_note(): what was let through first counts. */
inline judge()
{
	if
	:: kind = FIRST
	:: w == 0 -> kind = SECOND
	fi;
	if
	:: copy[1] || (copy[0] && covers(0, kind) && in_force(0, clock) && !copy_exempted) ->
		kind = 0;
		goto ends
	:: else ->
		if
#ifdef LAST_ROW_COUNTS
		:: true ->
#else
		:: kinds == 0 ->
#endif
			new[0] = 0;
			new[1] = 0;
			passed_at = clock;
#ifndef LAST_ROW_COUNTS
		:: else
#endif
		fi;
		kinds = kinds | kind;
		kind = 0;
	fi
}

/* registration_hold(): a statement absorbs at its first row, and perhaps later. */
inline row()
{
	atomic {
		if
		:: absorb()
		:: kinds != 0
		fi;
		/* hold_list() */
		if
		:: valid -> judge(); goto let_through
		:: else ->
			if
			:: w == 0 && kinds == 0 -> tightened = 0;
			:: else
			fi;
			read_list();
		fi
	}
	atomic {
		/* relation_changed() may run while hold_list() reads */
		if
		:: message[w] -> message[w] = 0;
#ifdef MESSAGE_WHILE_READING_IS_LOST
			valid = 1;
#endif
		:: valid = 1
		fi;
		judge();
	}
}

/* hold_since_passage() */
#ifdef START_IS_IGNORED
#define is_new(hold, now)	new[hold]
#else
#define is_new(hold, now)	(new[hold] || ((hold) == 0 && scheduled && !passed_at))
#endif
#define stops(hold, now)	(copy[hold] && in_force(hold, now) && is_new(hold, now))

/* Values that nobody uses any more would only be states. */
inline forget()
{
	listens[w] = 0;
	message[w] = 0;
	tightened = (w == 0 -> 0 : tightened);
	valid = 0;
	copy[0] = 0;
	copy[1] = 0;
	copy_exempted = 0;
	new[0] = 0;
	new[1] = 0;
	passed_at = 0;
	now = 0;
	second = 0;
}

/* hold_list() at the gate */
inline look()
{
	d_step {
#ifdef OLD_SNAPSHOT
		valid = 1;
#endif
		if
		:: valid
		:: else -> read_list(); valid = 1;
		fi
	}
}

/* pass_gate(), at PRE_COMMIT and PRE_PREPARE */
inline pass_gate()
{
#ifdef CLOCK_BEFORE_LOCK
	now = clock;
#endif
#ifdef LOOK_BEFORE_LOCK
	d_step { absorb(); }
	look();
#endif
	/* enter_gate(): the lock, then the messages */
	gate[w] = HELD;
#ifndef LOOK_BEFORE_LOCK
#ifndef NO_ABSORB
	d_step { absorb(); }
#endif
	look();
#endif
	atomic {
#ifndef CLOCK_BEFORE_LOCK
		now = clock;
#endif
		refused = stops(0, now) || stops(1, now);
		assert(!refused || w != 0 || tightened);
		forget();
		if
		:: refused -> goto ends
		:: else
		fi;
		if
		:: gate[w] = PREPARED; goto prepared
		:: true
		fi
	}
}

/* CommitTransaction(): at once others see the rows and no longer see the lock. */
inline commits()
{
	d_step {
		assert(!(promised[0] && covers(0, kinds)) && !promised[1]);
		gate[w] = FREE;
		kinds = 0;
	}
}

proctype Writer(byte w)
{
	/* the backend's copy of the holds, made before the story begins */
	bit valid = 1;
	bit copy[HOLDS];
	bit copy_exempted;
	bit new[HOLDS];				/* since the first row was let through */
	bit passed_at;				/* the clock then */
	byte kinds;					/* of the rows that were let through */
	/* within a step, or between two */
	byte kind;
	bit second;
	bit refused;
	bit now;

#if STORY == EXEMPTION
	copy[0] = 1;
	copy_exempted = 1;
#endif
#ifdef LOCK_AT_THE_ROW
	gate[w] = HELD;
#endif
next_row:
	row();
let_through:
	if
	:: atomic { w == 0 && !second; second = 1; goto next_row }
	:: atomic { true; forget(); kinds = 0; goto end_for_ever }
#ifdef PREPARE_PASSES_BY
	:: gate[w] = PREPARED; goto prepared
#endif
	:: pass_gate()
	fi;
#ifdef LOCK_LET_GO_BEFORE_COMMIT
	gate[w] = FREE;
#endif
committing:
	commits();
	goto ends;

prepared:
	if
	:: kinds = 0; goto end_for_ever
	:: goto committing			/* COMMIT PREPARED asks nobody */
	fi;

ends:
	atomic {
		forget();
		kinds = 0;
		refused = 0;
		gate[w] = FREE;
	}

	/* or the transaction stays open, or prepared */
end_for_ever:
	false
}


/*
 * Operators.
 */

mtype:change = { PLACE, LIFT, GRANT, REVOKE };

/* CommitTransaction(): others see the change. */
inline take_effect(what, hold)
{
	if
	:: what == PLACE -> stands[hold] = 1; tighten();
	:: what == LIFT -> stands[hold] = 0;
	:: what == GRANT -> exempted = 1;
	:: what == REVOKE -> exempted = 0; tighten();
	fi;
	if
	:: what == LIFT || what == GRANT ->
		promised[hold] = 0;
		draining_for(0, hold) = 0;
		draining_for(1, hold) = 0;
	:: else
	fi
}

/*
 * place_hold(), lift_hold(), exempt() or revoke_exemption(), and its COMMIT: the
 * change is seen, the messages of hold_changed() go out, the locks are let go.
 */
inline change(what, hold)
{
#ifdef MESSAGES_BEFORE_COMMIT
	d_step { send_messages(); }
	d_step { take_effect(what, hold); }
#else
	d_step {
		take_effect(what, hold);
#ifndef MESSAGES_AFTER_LOCKS
		unfinished[hold] = 1;
#endif
	}
	d_step {
		send_messages();
		unfinished[hold] = 0;
	}
#endif
}

#define binds(hold)	\
	(stands[hold] && in_force(hold, clock) && ((hold) == 1 || !exempted))

#ifdef NOBODY_IS_WAITED_FOR
#define has_left(w)		true
#elif defined(PREPARED_ARE_WAITED_FOR)
#define has_left(w)		(!waits[w] || gate[w] == FREE)
#else
#define has_left(w)		(!waits[w] || gate[w] != HELD)
#endif

#ifdef PREPARED_ARE_NOT_NAMED
#define is_left(w)		false
#else
#define is_left(w)		(waits[w] && gate[w] == PREPARED)
#endif

/* transactions_past_gate(): who is past the gate now? */
inline look_at_gate()
{
	waits[0] = gate[0] != FREE;
	waits[1] = gate[1] != FREE;
	waits[2] = gate[2] != FREE;
}

/* wait_for(): wait for them; whoever is prepared is named at once. */
inline wait_for_them()
{
	has_left(0) && has_left(1) && has_left(2);
	named = is_left(0) || is_left(1) || is_left(2);
	waits[0] = 0;
	waits[1] = 0;
	waits[2] = 0;
}

/*
 * drain(), await_announcements(), drain_gate(): it speaks for the holds that bind
 * when it begins, as far as the COMMIT of their last change has let its locks go.
 */
inline drain(operator)
{
	d_step {
#ifdef SPEAKS_FOR_WHAT_IT_SEES
		draining_for(operator, 0) = binds(0);
		draining_for(operator, 1) = binds(1);
#else
		draining_for(operator, 0) = binds(0) && !unfinished[0];
		draining_for(operator, 1) = binds(1) && !unfinished[1];
#endif
		look_at_gate();
	}
	d_step {
		wait_for_them();
		promised[0] = promised[0] || (draining_for(operator, 0) && !named);
		promised[1] = promised[1] || (draining_for(operator, 1) && !named);
		draining_for(operator, 0) = 0;
		draining_for(operator, 1) = 0;
		named = 0;
	}
}

/* lockdown() */
inline lockdown(operator, hold)
{
#ifdef DRAIN_BEFORE_COMMIT
	d_step { look_at_gate(); }
	d_step { wait_for_them(); }
	change(PLACE, hold);
	promised[hold] = binds(hold) && !named;
#else
	change(PLACE, hold);
	drain(operator);
#endif
}

proctype First_operator()
{
	bit waits[WRITERS];
	bit named;

#if STORY == TOGETHER
	lockdown(0, 0);
	change(LIFT, 0)
#elif STORY == START
	change(PLACE, 0)
#else
	change(REVOKE, 0);
	drain(0);
	change(GRANT, 0)
#endif
}

proctype Second_operator()
{
	bit waits[WRITERS];
	bit named;

#if STORY == TOGETHER
	lockdown(1, 1)
#elif STORY == START
	clock;
	drain(1)
#else
	drain(1)
#endif
}

/* starts_at comes: hold_in_force() says so from now on. */
proctype Clock()
{
end:
	d_step { scheduled -> clock = 1; tighten(); }
}

init
{
	atomic {
		scheduled = STORY == START;
		stands[0] = STORY == EXEMPTION;
		exempted = STORY == EXEMPTION;
		run Writer(0);
		run Writer(1);
		run Writer(2);
		run First_operator();
		run Second_operator();
		run Clock();
	}
}
