namespace Spa.Engine.Configuration.Import;

/// <summary>Something of the foreign file that the imported configuration does not say, or says otherwise.</summary>
/// <param name="Key">The foreign key.</param>
/// <param name="Text">What became of it; continues the key.</param>
public sealed record ImportNote(string Key, string Text);
