/* SPDX-License-Identifier: Apache-2.0 */
#include "regionserver/loader.h"

#include "base/protobuf.h"

enum { BY_NAME = 1, SPEC_KIND = 1, SPEC_VALUE = 2 };

/* Client.proto, HBase.proto */
enum { PREPARE_TABLE = 1, PREPARE_REGION = 2, PREPARE_TOKEN = 1, NAME_SPACE = 1, NAME_ITSELF = 2 };
enum {
  LOAD_REGION = 1,
  LOAD_FAMILY_PATH = 2,
  LOAD_ASSIGN_SEQUENCE = 3,
  LOAD_TOKEN = 5,
  LOAD_IS_LOADED = 1,
  PATH_FAMILY = 1,
  PATH_ITSELF = 2,
};
enum { CLEANUP_TOKEN = 1, CLEANUP_REGION = 2 };

struct RegionserverLoader {
  RegionserverRpc *rpc; /* owned */
};

RegionserverLoader *
regionserver_loader_open(const char *server, const RegionserverRpcOptions *options, GError **error)
{
  RegionserverRpc *rpc = regionserver_rpc_open(server, "ClientService", options, error);
  RegionserverLoader *self;

  if (rpc == NULL)
    return NULL;
  self = g_new0(RegionserverLoader, 1);
  self->rpc = rpc;
  return self;
}

void
regionserver_loader_free(RegionserverLoader *self)
{
  if (self == NULL)
    return;
  regionserver_rpc_free(self->rpc);
  g_free(self);
}

static void
append_region(Bytes *out, uint32_t number, const RegionserverRegion *region)
{
  g_auto(Bytes) spec = {0};
  size_t len = 0;
  const void *name = g_bytes_get_data(region->name, &len);

  protobuf_append_varint_field(&spec, SPEC_KIND, BY_NAME);
  protobuf_append_bytes_field(&spec, SPEC_VALUE, slice(name, len));
  protobuf_append_bytes_field(out, number, bytes_slice(&spec));
}

static void
append_table(Bytes *out, const char *table)
{
  const char *colon = strchr(table, ':');
  g_auto(Bytes) name = {0};

  protobuf_append_bytes_field(&name, NAME_SPACE,
                              colon == NULL ? slice_text("default")
                                            : slice(table, (size_t)(colon - table)));
  protobuf_append_bytes_field(&name, NAME_ITSELF, slice_text(colon == NULL ? table : colon + 1));
  protobuf_append_bytes_field(out, PREPARE_TABLE, bytes_slice(&name));
}

/* False if the message has no such field. */
static bool
find_field(Slice message, uint32_t number, ProtobufField *out_field)
{
  Cursor cursor = cursor_of(message);

  while (protobuf_take_field(&cursor, out_field))
    if (out_field->number == number)
      return true;
  return false;
}

bool
regionserver_loader_prepare(RegionserverLoader *self, const char *table,
                            const RegionserverRegion *region, Bytes *out_token, GError **error)
{
  g_auto(Bytes) request = {0};
  ProtobufField token;
  Slice answer;

  append_table(&request, table);
  append_region(&request, PREPARE_REGION, region);
  if (!regionserver_rpc_call(self->rpc, "PrepareBulkLoad", bytes_slice(&request), &answer, error))
    return false;
  if (!find_field(answer, PREPARE_TOKEN, &token)) {
    g_set_error(error, FAULT, FAULT_PEER, "PrepareBulkLoad: the answer holds no token");
    return false;
  }
  bytes_reset(out_token);
  bytes_append_slice(out_token, token.bytes);
  return true;
}

static void
append_file(Bytes *out, const RegionserverFile *file)
{
  g_auto(Bytes) path = {0};

  protobuf_append_bytes_field(&path, PATH_FAMILY, file->family);
  protobuf_append_bytes_field(&path, PATH_ITSELF, slice_text(file->url));
  protobuf_append_bytes_field(out, LOAD_FAMILY_PATH, bytes_slice(&path));
}

bool
regionserver_loader_load(RegionserverLoader *self, const RegionserverCall *call,
                         bool *out_is_loaded, GError **error)
{
  g_auto(Bytes) request = {0};
  ProtobufField loaded = {0};
  Slice answer;

  append_region(&request, LOAD_REGION, call->region);
  for (guint i = 0; i < call->files->len; i++)
    append_file(&request, &g_array_index(call->files, RegionserverFile, i));
  protobuf_append_varint_field(&request, LOAD_ASSIGN_SEQUENCE, 1);
  if (call->token.len > 0)
    protobuf_append_bytes_field(&request, LOAD_TOKEN, call->token);
  if (!regionserver_rpc_call(self->rpc, "BulkLoadHFile", bytes_slice(&request), &answer, error))
    return false;
  *out_is_loaded = find_field(answer, LOAD_IS_LOADED, &loaded) && loaded.varint != 0;
  return true;
}

bool
regionserver_loader_is_lost(const RegionserverLoader *self)
{
  return regionserver_rpc_is_lost(self->rpc);
}

bool
regionserver_loader_cleanup(RegionserverLoader *self, const RegionserverRegion *region, Slice token,
                            GError **error)
{
  g_auto(Bytes) request = {0};
  Slice answer;

  protobuf_append_bytes_field(&request, CLEANUP_TOKEN, token);
  append_region(&request, CLEANUP_REGION, region);
  return regionserver_rpc_call(self->rpc, "CleanupBulkLoad", bytes_slice(&request), &answer, error);
}
