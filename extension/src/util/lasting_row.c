/*
 * lasting_row.c
 *		Rows that stay, whatever becomes of the transaction that writes them.
 */
#include "regcar.h"
#include "util/lasting_row.h"

#include "access/generic_xlog.h"
#include "access/heapam.h"
#include "access/hio.h"
#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xlog.h"
#include "postmaster/walwriter.h"
#include "storage/bufmgr.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

/* The end of the last row's WAL, as far as nobody has been told. */
static XLogRecPtr written = InvalidXLogRecPtr;

static void
finish(GenericXLogState *wal)
{
	written = GenericXLogFinish(wal);
}

void
lasting_rows_tell(void)
{
	static TimestampTz told_at;
	TimestampTz now = GetCurrentTimestamp();

	if (!XLogRecPtrIsInvalid(written) &&
		TimestampDifferenceExceeds(told_at, now, WalWriterDelay))
	{
		XLogSetAsyncXactLSN(written);
		written = InvalidXLogRecPtr;
		told_at = now;
	}
}

/* Put the header into the state that VACUUM leaves an old row in. */
static void
freeze(Relation rel, HeapTuple tuple)
{
	HeapTupleHeader header = tuple->t_data;

	header->t_infomask &= ~HEAP_XACT_MASK;
	header->t_infomask2 &= ~HEAP2_XACT_MASK;
	header->t_infomask |= HEAP_XMIN_FROZEN | HEAP_XMAX_INVALID;
	HeapTupleHeaderSetXmin(header, FrozenTransactionId);
	HeapTupleHeaderSetCmin(header, FirstCommandId);
	HeapTupleHeaderSetXmax(header, InvalidTransactionId);
	tuple->t_tableOid = RelationGetRelid(rel);
}

void
lasting_row_insert(Relation rel, HeapTuple tuple, bool at_end, ItemPointer tid)
{
	GenericXLogState *wal = GenericXLogStart(rel);
	Buffer		visibility = InvalidBuffer;
	Buffer		buffer;
	Page		page;
	OffsetNumber place;

	freeze(rel, tuple);
	buffer = buffer_for_tuple_compat(rel, tuple->t_len,
									 at_end ? HEAP_INSERT_SKIP_FSM : 0, &visibility);
	/* who needs no snapshot to be seen spoils no page that is all visible */
	if (BufferIsValid(visibility))
		ReleaseBuffer(visibility);

	/* a fresh page has not been logged */
	page = BufferGetPage(buffer);
	page = GenericXLogRegisterBuffer(wal, buffer, PageGetMaxOffsetNumber(page) == 0 ?
									 GENERIC_XLOG_FULL_IMAGE : 0);
	ItemPointerSet(tid, BufferGetBlockNumber(buffer),
				   OffsetNumberNext(PageGetMaxOffsetNumber(page)));
	tuple->t_data->t_ctid = *tid;
	place = PageAddItem(page, (char *) tuple->t_data, tuple->t_len,
						ItemPointerGetOffsetNumber(tid), false, true);
	if (place == InvalidOffsetNumber)
		GenericXLogAbort(wal);
	else
		finish(wal);
	UnlockReleaseBuffer(buffer);
	if (place == InvalidOffsetNumber)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("block %u of table \"%s\" takes no row",
						ItemPointerGetBlockNumber(tid), RelationGetRelationName(rel))));
}

/* The columns of the lasting row at a place; NULL if there is none. */
static char *
lasting_columns(Page page, OffsetNumber place)
{
	ItemId		item;
	HeapTupleHeader header;

	if (PageIsNew(page) || place > PageGetMaxOffsetNumber(page))
		return NULL;
	item = PageGetItemId(page, place);
	if (!ItemIdIsNormal(item))
		return NULL;
	header = (HeapTupleHeader) PageGetItem(page, item);
	/* what a COPY brought, or a DELETE is taking, may not last */
	if (!HeapTupleHeaderXminFrozen(header) ||
		(header->t_infomask & HEAP_XMAX_INVALID) == 0)
		return NULL;
	return (char *) header + header->t_hoff;
}

bool
lasting_row_change(Relation rel, ItemPointer tid,
				   bool (*change) (char *columns, void *arg), void *arg)
{
	GenericXLogState *wal;
	Buffer		buffer;
	char	   *columns;
	bool		changed;

	wal = GenericXLogStart(rel);
	buffer = ReadBuffer(rel, ItemPointerGetBlockNumber(tid));
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	columns = lasting_columns(GenericXLogRegisterBuffer(wal, buffer, 0),
							  ItemPointerGetOffsetNumber(tid));
	changed = columns != NULL && change(columns, arg);
	if (changed)
		finish(wal);
	else
		GenericXLogAbort(wal);
	UnlockReleaseBuffer(buffer);
	return changed;
}
