namespace Spa.Engine.Text.Templates;

/// <summary>What <c>encode</c> returns: it can be printed, measured, read and decoded.</summary>
internal sealed record BytesValue(byte[] Bytes);
