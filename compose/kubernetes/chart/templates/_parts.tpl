{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}
{{- define "sluice.labels" -}}
app.kubernetes.io/name: sluice
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "sluice.pod" -}}
app.kubernetes.io/name: sluice
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "sluice.files" -}}
sluice.conf: |
  {{- range $section, $settings := .Values.config }}
  [{{ $section }}]
  {{- range $name, $value := $settings }}
  {{ $name }} = {{ $value }}
  {{- end }}
  {{- end }}
{{- range $name, $text := .Values.mappings }}
{{ $name }}: {{ $text | quote }}
{{- end }}
{{- end }}

{{- /* Another content is another name, and so a rollout. */ -}}
{{- define "sluice.config" -}}
{{ .Release.Name }}-{{ include "sluice.files" . | sha256sum | trunc 10 }}
{{- end }}

{{- define "sluice.security" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "sluice.container" -}}
image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
env:
  - {name: SLUICE_CONFIG, value: /etc/sluice/sluice.conf}
  {{- if .Values.mappings }}
  - {name: SLUICE_INGEST_MAPPINGS, value: /etc/sluice}
  {{- end }}
  {{- range $name, $value := .Values.env }}
  - {name: {{ $name }}, value: {{ $value | quote }}}
  {{- end }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
volumeMounts:
  - {name: config, mountPath: /etc/sluice, readOnly: true}
  {{- if .Values.secret }}
  - {name: secrets, mountPath: /run/secrets/sluice, readOnly: true}
  {{- end }}
{{- end }}

{{- define "sluice.volumes" -}}
- name: config
  configMap: {name: {{ include "sluice.config" . }}}
{{- if .Values.secret }}
- name: secrets
  secret: {secretName: {{ .Values.secret }}, defaultMode: 288}
{{- end }}
{{- end }}
