namespace Spa.Engine.Pipeline;

/// <summary>A model of the run: where it is and what it was made from.</summary>
/// <param name="Stage">-1: the SFT model; 0: after the seed stage; t: after iteration t.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Path">Folder or file.</param>
/// <param name="Key">Hash of its content, or of everything it was trained from.</param>
public sealed record StageModel(int Stage, string Name, string Path, string Key);
