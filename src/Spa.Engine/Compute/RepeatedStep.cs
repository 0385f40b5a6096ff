namespace Spa.Engine.Compute;

/// <summary>
/// A generation step that is taken again and again over the same memory: its calls depend on the number of its rows alone; ids, positions, page tables and settings lie in tensors
/// and in <see cref="PagedRows"/>. This one makes the calls every time; a backend may record and replay them (<see cref="ComputeBackend.Repeat"/>), with the same results to the bit.
/// </summary>
/// <param name="rows">The rows, as they are when the step is taken.</param>
/// <param name="calls">Makes the calls for so many rows: ops only, neither uploads nor downloads.</param>
public class RepeatedStep(PagedRows rows, Action<int> calls) : IDisposable
{
    /// <summary>Takes the step for the rows as they are now; what they read was uploaded before.</summary>
    public virtual void Run() => calls(rows.Count);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
