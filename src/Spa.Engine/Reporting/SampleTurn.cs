namespace Spa.Engine.Reporting;

/// <summary>A turn of a conversation before the one that is answered.</summary>
public readonly record struct SampleTurn(string Role, string Text);
