namespace Spa.Emulator.Driver;

/// <summary>Something that a program holds by a handle and must destroy; what is left when its context ends is reported as a leak.</summary>
internal abstract class EmulatedObject
{
    protected EmulatedObject(EmulatedContext context, string kind)
    {
        Context = context;
        Kind = kind;
        Handle = HandleTable.Add(this);
        context.Objects.Add(this);
    }

    public EmulatedContext Context { get; }

    /// <summary>What it is, in words.</summary>
    public string Kind { get; }

    public nint Handle { get; }

    /// <summary>What a leak report says.</summary>
    public virtual string Description => $"{(Kind[0] is 'a' or 'e' ? "an" : "a")} {Kind}";

    /// <summary>Makes the handle invalid; queued work may still use the object.</summary>
    public virtual void Destroy()
    {
        HandleTable.Remove(Handle);
        Context.Objects.Remove(this);
    }
}
