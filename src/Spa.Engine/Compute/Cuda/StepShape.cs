namespace Spa.Engine.Compute.Cuda;

/// <summary>Everything that the launches of a generation step depend on beside the tensors, which stay: steps that are equal in this run on one recording.</summary>
/// <param name="Rows">Rows of the step.</param>
/// <param name="Scratch">Where scratch memory lies.</param>
/// <param name="List">Where the work list lies.</param>
/// <param name="Paged">How the work list is laid out.</param>
internal readonly record struct StepShape(int Rows, nint Scratch, nint List, PagedShape Paged);
