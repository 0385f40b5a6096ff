namespace Spa.Emulator.Driver;

/// <summary>Code that is loaded into each context where a kernel of it is used.</summary>
internal sealed class EmulatedLibrary : EmulatedObject
{
    private readonly string _ptx;
    private readonly Dictionary<EmulatedContext, EmulatedModule> _modules = [];
    private readonly Dictionary<string, EmulatedKernel> _kernels = [];

    public EmulatedLibrary(EmulatedContext context, string ptx)
        : base(context, "library")
    {
        _ptx = ptx;
        try
        {
            Module(context);
        }
        catch (DriverErrorException)
        {
            base.Destroy();
            throw;
        }
    }

    public EmulatedKernel GetKernel(string name)
    {
        if (_kernels.TryGetValue(name, out EmulatedKernel? known)) return known;
        Module(Context).GetFunction(name);
        return _kernels[name] = new EmulatedKernel(this, name);
    }

    public EmulatedModule Module(EmulatedContext context)
    {
        if (_modules.TryGetValue(context, out EmulatedModule? module) && !module.Context.Ended) return module;
        module = new EmulatedModule(context, _ptx);
        context.Objects.Remove(module);
        return _modules[context] = module;
    }

    public override void Destroy()
    {
        foreach (EmulatedKernel kernel in _kernels.Values) kernel.Destroy();
        foreach (EmulatedModule module in _modules.Values) module.Destroy();
        base.Destroy();
    }
}
