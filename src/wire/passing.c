/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/passing.h"

static const struct {
  const char *name; /* simple, as Java has it */
  const char *reason;
} passing[] = {
    {"CallDroppedException", "the server had too many calls"},
    {"CallQueueTooBigException", "the server had too many calls"},
    {"CallTimeoutException", "no answer in time"},
    {"CallerDisconnectedException", "the connection broke"},
    {"ClosedChannelException", "the connection broke"},
    {"ConnectException", "nobody listens there now"},
    {"ConnectTimeoutException", "nobody listens there now"},
    {"ConnectionClosedException", "the connection broke"},
    {"ConnectionClosingException", "the connection broke"},
    {"ConnectionException", "the connection broke"},
    {"DroppedSnapshotException", "the server could not flush and ends; another takes its regions"},
    {"EOFException", "the connection broke"},
    {"FailedServerException", "the server did not answer a moment ago"},
    {"FatalConnectionException", "the connection broke"},
    {"InterruptedIOException", "the server or gateway is being stopped"},
    {"KeeperException$ConnectionLossException", "ZooKeeper is away"},
    {"KeeperException$OperationTimeoutException", "ZooKeeper is away"},
    {"KeeperException$SessionExpiredException", "ZooKeeper was away"},
    {"MasterNotRunningException", "there is no master now"},
    {"MasterRegistryFetchException", "no master answers"},
    {"MultiActionResultTooLarge", "the server wants less at once"},
    {"NoRouteToHostException", "the network is broken"},
    {"NoServerForRegionException", "the region is on its way to another server"},
    {"NotServingRegionException", "the region is on its way to another server"},
    {"OperationTimeoutExceededException", "no answer in time"},
    {"PleaseHoldException", "the master is starting"},
    {"PleaseRestartMasterException", "the master is being replaced"},
    {"QuotaExceededException", "a quota is used up for now"},
    {"RegionInRecoveryException", "the region's log is being replayed"},
    {"RegionInTransitionException", "the region is on its way to another server"},
    {"RegionMovedException", "the region is on another server"},
    {"RegionOpeningException", "the region is being opened"},
    {"RegionServerAbortedException", "the server is ending; another takes its regions"},
    {"RegionServerStoppedException", "the server is ending; another takes its regions"},
    {"RegionTooBusyException", "the region is flushing or locked"},
    {"RetriesExhaustedException", "the gateway's own tries met one of the others"},
    {"RetryImmediatelyException", "the server asks for another try"},
    {"RpcConnectionRegistryFetchException", "no server tells where the regions are"},
    {"RpcThrottlingException", "a quota is used up for now"},
    {"ServerNotRunningYetException", "the server is starting"},
    {"ServerTooBusyException", "the server had too many calls"},
    {"SocketException", "the network is broken"},
    {"SocketTimeoutException", "no answer in time"},
    {"SpaceLimitingException", "a quota of space is used up, until somebody makes room"},
    {"StoppedRpcClientException", "the gateway is being stopped"},
    {"TimeoutIOException", "no answer in time"},
    {"UnknownHostException", "the name service does not know the server now"},
    {"YouAreDeadException", "the server was taken for dead; another takes its regions"},
    {"ZooKeeperConnectionException", "ZooKeeper is away"},
};

const char *
passing_reason(Slice class_name)
{
  size_t begin = class_name.len;

  while (begin > 0 && class_name.data[begin - 1] != '.')
    begin--;
  for (size_t i = 0; i < G_N_ELEMENTS(passing); i++)
    if (slice_equal(slice(class_name.data + begin, class_name.len - begin),
                    slice_text(passing[i].name)))
      return passing[i].reason;
  return NULL;
}
