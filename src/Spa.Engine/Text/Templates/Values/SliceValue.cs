namespace Spa.Engine.Text.Templates;

/// <summary>The bounds <c>start:stop:step</c> of a slice, each of them possibly none.</summary>
internal sealed record SliceValue(object? Start, object? Stop, object? Step);
