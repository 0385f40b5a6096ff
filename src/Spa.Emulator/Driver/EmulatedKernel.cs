namespace Spa.Emulator.Driver;

/// <summary>A kernel of a library; becomes a function in a context.</summary>
internal sealed class EmulatedKernel : EmulatedObject
{
    private readonly EmulatedLibrary _library;
    private readonly string _name;

    public EmulatedKernel(EmulatedLibrary library, string name)
        : base(library.Context, "kernel")
    {
        _library = library;
        _name = name;
        Context.Objects.Remove(this);
    }

    public EmulatedFunction Function(EmulatedContext context) => _library.Module(context).GetFunction(_name);
}
