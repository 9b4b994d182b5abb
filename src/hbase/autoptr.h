/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <t_h_base_service.h>
#include <thrift/c_glib/protocol/thrift_protocol.h>
#include <thrift/c_glib/transport/thrift_transport.h>

/* What Thrift's library and its generated code leave out. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ThriftTransport, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ThriftProtocol, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(THBaseServiceIf, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TColumn, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TColumnFamilyDescriptor, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TColumnValue, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TDelete, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TIllegalArgument, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TIOError, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TPut, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TScan, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TTableDescriptor, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TTableName, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TNamespaceDescriptor, g_object_unref)
